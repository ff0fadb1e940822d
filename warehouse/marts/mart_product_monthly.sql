-- Sales of each product in each month in which it was sold or taken back. Marts of products are made from it.
-- lines_sold leaves returns out; units_last_90_days are those of the last 90 days of the data, this month's share of them.
-- grain: product_id, month
-- from: mart_data_span
with

sales as (
    select * from fct_sales
),

span as (
    select * from mart_data_span
),

dated as (
    select
        month_of(sales.sales_day) as month,
        days_between(sales.sales_day, (select last_day from span)) < 90 as is_recent,
        sales.*
    from sales
),

grouped as (
    select
        product_id,
        month,
        is_recent,
        count(*) as lines,
        count(case when not is_return then 1 end) as lines_sold,
        sum(quantity) as units,
        sum(net_amount_base) as revenue,
        min(case when not is_return then sales_day end) as first_sold_day,
        max(case when not is_return then sales_day end) as last_sold_day
    from dated
    group by product_id, month, is_recent
),

final as (
    select
        product_id,
        month,
        sum(lines) as lines,
        sum(lines_sold) as lines_sold,
        sum(units) as units,
        -- Null, not nothing, where no quantity is known.
        sum(case when is_recent then units when units is not null then 0 end) as units_last_90_days,
        sum(revenue) as revenue,
        min(first_sold_day) as first_sold_day,
        max(last_sold_day) as last_sold_day
    from grouped
    group by product_id, month
)

select * from final
