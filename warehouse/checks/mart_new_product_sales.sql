-- New and established products together have the lines and the revenue of each month.
with

ages as (
    select
        month,
        sum(lines) as lines,
        sum(revenue) as revenue
    from mart_new_product_sales
    group by month
),

sides as (
    select
        1 as expected,
        0 as seen,
        month,
        lines,
        revenue
    from mart_monthly_sales
    union all
    select
        0 as expected,
        1 as seen,
        month,
        lines,
        revenue
    from ages
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
