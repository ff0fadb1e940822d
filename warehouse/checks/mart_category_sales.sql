-- Each category stands in the mart once, with the lines and the revenue of its sales.
with

fact as (
    select
        product_id,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from fct_sales
    group by product_id
),

-- One row a key: a key that stood twice would add its sales twice on both sides.
names as (
    select
        product_id,
        max(category) as category
    from dim_product
    group by product_id
),

expected as (
    select
        names.category,
        sum(fact.lines) as lines,
        sum(fact.revenue) as revenue
    from fact
    left join names on fact.product_id = names.product_id
    group by names.category
),

sides as (
    select
        1 as expected,
        0 as seen,
        category,
        lines,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        category,
        lines,
        revenue
    from mart_category_sales
),

final as (
    select
        category,
        lines,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by category, lines, revenue
    having sum(expected) <> sum(seen)
)

select * from final
