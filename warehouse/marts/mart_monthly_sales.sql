-- Sales of each month, against the month before, and how much of them was online.
-- grain: month
with

sales as (
    select
        *,
        month_of(sales_day) as month
    from fct_sales
),

months as (
    select
        month,
        count(distinct case when not is_return then order_id end) as orders,
        count(*) as lines,
        count(distinct case when not is_return then customer_id end) as buyers,
        sum(quantity) as units,
        sum(case when not is_return then net_amount_base + to_base(discount_amount, fx_rate) end) as gross,
        sum(case when not is_return then to_base(discount_amount, fx_rate) end) as discount,
        sum(case when is_return then -net_amount_base else 0 end) as returns,
        sum(net_amount_base) as revenue,
        sum(cost_amount_base) as cost,
        sum(net_amount_base - cost_amount_base) as profit,
        sum(case when cost_amount_base is not null then net_amount_base end) as revenue_with_cost,
        count(distinct case when channel = 'online' and not is_return then order_id end) as online_orders,
        -- Null, not nothing, where no channel is known.
        sum(case when channel = 'online' then net_amount_base when channel is not null then 0 end) as online_revenue
    from sales
    group by month
),

before as (
    select
        *,
        lag(month) over (order by month) as previous_month,
        lag(revenue) over (order by month) as previous_revenue
    from months
),

-- The previous row is the month before only if it is at most 31 days away.
compared as (
    select
        *,
        case when days_between(previous_month, month) <= 31 then previous_revenue end as revenue_previous_month
    from before
),

final as (
    select
        month,
        orders,
        lines,
        buyers,
        units,
        gross,
        discount,
        returns,
        revenue,
        cost,
        profit,
        safe_ratio(profit, revenue_with_cost) as margin,
        safe_ratio(revenue, orders) as average_order_value,
        revenue_previous_month,
        safe_ratio(revenue - revenue_previous_month, revenue_previous_month) as revenue_change,
        case when online_revenue is not null then online_orders end as online_orders,
        online_revenue,
        safe_ratio(online_revenue, revenue) as online_share
    from compared
)

select * from final
