-- Sales of each business day on which something was sold or taken back.
-- grain: sales_day
with

sales as (
    select * from fct_sales
),

first_days as (
    select
        customer_id,
        min(sales_day) as first_day
    from sales
    where not is_return
    group by customer_id
),

new_buyers as (
    select
        first_day as sales_day,
        count(*) as new_buyers
    from first_days
    group by first_day
),

days as (
    select
        sales_day,
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
        sum(case when cost_amount_base is not null then net_amount_base end) as revenue_with_cost
    from sales
    group by sales_day
),

-- The seven calendar days that end with this one, fewer at the start; a day without sales counts as nothing.
numbered as (
    select
        *,
        days_between(date '1970-01-01', sales_day) as day_number,
        days_between(min(sales_day) over (), sales_day) + 1 as days_so_far
    from days
),

averaged as (
    select
        *,
        sum(revenue) over (order by day_number range between 6 preceding and current row) as revenue_7_days
    from numbered
),

final as (
    select
        averaged.sales_day,
        averaged.orders,
        averaged.lines,
        averaged.buyers,
        coalesce(new_buyers.new_buyers, 0) as new_buyers,
        averaged.units,
        averaged.gross,
        averaged.discount,
        averaged.returns,
        averaged.revenue,
        averaged.cost,
        averaged.profit,
        safe_ratio(averaged.profit, averaged.revenue_with_cost) as margin,
        safe_ratio(averaged.revenue, averaged.orders) as average_order_value,
        safe_ratio(averaged.revenue_7_days, least(averaged.days_so_far, 7)) as revenue_7_day_average
    from averaged
    left join new_buyers on averaged.sales_day = new_buyers.sales_day
)

select * from final
