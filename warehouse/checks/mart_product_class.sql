-- Each product stands in the mart once, with its revenue; the shares add up to one, each rounded in the sixth decimal, and
-- no product of a lower class brings more than one of a higher class.
with

sides as (
    select
        1 as expected,
        0 as seen,
        product_id,
        revenue
    from mart_product_sales
    union all
    select
        0 as expected,
        1 as seen,
        product_id,
        revenue
    from mart_product_class
),

differing as (
    select
        product_id,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by product_id, revenue
    having sum(expected) <> sum(seen)
),

shared as (
    select
        sum(revenue_share) as shares,
        max(cumulative_share) as greatest_share,
        count(revenue_share) as products
    from mart_product_class
),

classes as (
    select
        abc,
        min(revenue) as least_revenue,
        max(revenue) as most_revenue
    from mart_product_class
    group by abc
),

final as (
    select
        product_id,
        revenue,
        expected,
        seen
    from differing
    union all
    select
        null as product_id,
        null as revenue,
        1 as expected,
        case when greatest_share <> 1 then greatest_share else shares end as seen
    from shared
    where products > 0 and (greatest_share <> 1 or 1000000 * abs(shares - 1) > products)
    union all
    select
        null as product_id,
        null as revenue,
        higher.least_revenue as expected,
        lower.most_revenue as seen
    from classes as higher
    inner join classes as lower on higher.abc < lower.abc
    where lower.most_revenue > higher.least_revenue
)

select * from final
