-- Each category and month stands in the mart once, with the lines and the revenue of its sales.
with

fact as (
    select
        product_id,
        month_of(sales_day) as month,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from fct_sales
    group by product_id, month_of(sales_day)
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
        fact.month,
        sum(fact.lines) as lines,
        sum(fact.revenue) as revenue
    from fact
    left join names on fact.product_id = names.product_id
    group by names.category, fact.month
),

sides as (
    select
        1 as expected,
        0 as seen,
        category,
        month,
        lines,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        category,
        month,
        lines,
        revenue
    from mart_category_monthly
),

final as (
    select
        category,
        month,
        lines,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by category, month, lines, revenue
    having sum(expected) <> sum(seen)
)

select * from final
