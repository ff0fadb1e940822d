-- How long deliveries took, by the month of the sale and the channel.
-- grain: month, channel
-- needs: fct_sales.delivered_day
with

deliveries as (
    select
        *,
        month_of(sales_day) as month,
        days_between(sales_day, delivered_day) as days
    from fct_sales
    where delivered_day is not null and not is_return
),

grouped as (
    select
        month,
        channel,
        count(distinct order_id) as delivered_orders,
        count(*) as delivered_lines,
        sum(days) as days,
        min(days) as shortest_days,
        max(days) as longest_days
    from deliveries
    group by month, channel
),

final as (
    select
        month,
        channel,
        delivered_orders,
        delivered_lines,
        safe_ratio(days, delivered_lines) as average_days,
        shortest_days,
        longest_days
    from grouped
)

select * from final
