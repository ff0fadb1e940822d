-- Each product stands in the mart once, with its lines, revenue, and first and last day of sale.
with

sides as (
    select
        1 as expected,
        0 as seen,
        product_id,
        lines,
        revenue,
        first_sold_day,
        last_sold_day
    from mart_product_sales
    union all
    select
        0 as expected,
        1 as seen,
        product_id,
        lines,
        revenue,
        first_sold_day,
        last_sold_day
    from mart_product_life
),

final as (
    select
        product_id,
        lines,
        revenue,
        first_sold_day,
        last_sold_day,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by product_id, lines, revenue, first_sold_day, last_sold_day
    having sum(expected) <> sum(seen)
)

select * from final
