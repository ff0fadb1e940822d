-- Each day stands in the mart once, with the lines and the revenue of its sales.
with

expected as (
    select
        sales_day,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from fct_sales
    group by sales_day
),

sides as (
    select
        1 as expected,
        0 as seen,
        sales_day,
        lines,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        sales_day,
        lines,
        revenue
    from mart_daily_sales
),

final as (
    select
        sales_day,
        lines,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by sales_day, lines, revenue
    having sum(expected) <> sum(seen)
)

select * from final
