-- Each product stands in the mart once, with the lines and the revenue of its sales.
with

expected as (
    select
        product_id,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from fct_sales
    group by product_id
),

sides as (
    select
        1 as expected,
        0 as seen,
        product_id,
        lines,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        product_id,
        lines,
        revenue
    from mart_product_sales
),

final as (
    select
        product_id,
        lines,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by product_id, lines, revenue
    having sum(expected) <> sum(seen)
)

select * from final
