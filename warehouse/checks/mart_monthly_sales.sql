-- Each month stands in the mart once, with the lines and the revenue of its sales.
with

expected as (
    select
        month_of(sales_day) as month,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from fct_sales
    group by month_of(sales_day)
),

sides as (
    select
        1 as expected,
        0 as seen,
        month,
        lines,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        month,
        lines,
        revenue
    from mart_monthly_sales
),

final as (
    select
        month,
        lines,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by month, lines, revenue
    having sum(expected) <> sum(seen)
)

select * from final
