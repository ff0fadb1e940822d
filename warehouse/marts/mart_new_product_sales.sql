-- Sales of new against established products in each month: mart_product_life says which are which.
-- grain: month, product_age
-- from: mart_product_monthly, mart_product_life
with

monthly as (
    select * from mart_product_monthly
),

life as (
    select * from mart_product_life
),

aged as (
    select
        life.product_age,
        monthly.*
    from monthly
    left join life on monthly.product_id = life.product_id
),

grouped as (
    select
        month,
        product_age,
        count(*) as products,
        sum(lines) as lines,
        sum(units) as units,
        sum(revenue) as revenue
    from aged
    group by month, product_age
),

final as (
    select
        month,
        product_age,
        products,
        lines,
        units,
        revenue,
        safe_ratio(revenue, sum(revenue) over (partition by month)) as revenue_share
    from grouped
)

select * from final
