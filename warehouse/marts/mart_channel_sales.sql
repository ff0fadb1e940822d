-- Sales of each channel, such as online against store.
-- grain: channel
-- needs: fct_sales.channel
with

sales as (
    select * from fct_sales
),

grouped as (
    select
        channel,
        count(distinct case when not is_return then order_id end) as orders,
        count(*) as lines,
        count(distinct case when not is_return then customer_id end) as buyers,
        sum(quantity) as units,
        sum(net_amount_base) as revenue,
        sum(cost_amount_base) as cost,
        sum(net_amount_base - cost_amount_base) as profit,
        sum(case when cost_amount_base is not null then net_amount_base end) as revenue_with_cost
    from sales
    group by channel
),

final as (
    select
        channel,
        orders,
        lines,
        buyers,
        units,
        revenue,
        cost,
        profit,
        safe_ratio(profit, revenue_with_cost) as margin,
        safe_ratio(revenue, orders) as average_order_value,
        safe_ratio(revenue, sum(revenue) over ()) as revenue_share
    from grouped
)

select * from final
