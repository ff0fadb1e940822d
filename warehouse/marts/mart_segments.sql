-- The segments of the customers, the most valuable first: a row also for those that nobody is in.
-- grain: segment
-- needs: rfm_segment.segment
with

rfm as (
    select * from customer_rfm
),

segments as (
    select * from rfm_segment
),

grouped as (
    select
        segment,
        count(*) as customers,
        sum(monetary) as revenue,
        sum(frequency) as orders,
        sum(recency) as recency
    from rfm
    group by segment
),

final as (
    select
        segments.position,
        segments.segment,
        segments.action,
        coalesce(grouped.customers, 0) as customers,
        coalesce(grouped.revenue, 0) as revenue,
        coalesce(grouped.orders, 0) as orders,
        safe_ratio(coalesce(grouped.customers, 0), sum(grouped.customers) over ()) as customer_share,
        safe_ratio(coalesce(grouped.revenue, 0), sum(grouped.revenue) over ()) as revenue_share,
        safe_ratio(grouped.recency, grouped.customers) as average_recency,
        safe_ratio(grouped.orders, grouped.customers) as average_frequency,
        safe_ratio(grouped.revenue, grouped.customers) as average_monetary,
        safe_ratio(grouped.revenue, grouped.orders) as average_order_value
    from segments
    left join grouped on segments.segment = grouped.segment
)

select * from final
