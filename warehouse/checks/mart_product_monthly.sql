-- Each product and month stands in the mart once, with the lines and the revenue of its sales.
with

sales as (
    select * from fct_sales
),

dated as (
    select
        month_of(sales.sales_day) as month,
        sales.*
    from sales
),

expected as (
    select
        product_id,
        month,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from dated
    group by product_id, month
),

sides as (
    select
        1 as expected,
        0 as seen,
        product_id,
        month,
        lines,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        product_id,
        month,
        lines,
        revenue
    from mart_product_monthly
),

final as (
    select
        product_id,
        month,
        lines,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by product_id, month, lines, revenue
    having sum(expected) <> sum(seen)
)

select * from final
