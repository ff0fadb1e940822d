-- Which products bring the money (ABC), and whose sales are steady (XYZ).
-- ABC: products in the order of their revenue, the larger first, then by id. A are those up to 80 % of all that products
-- with a revenue above 0 bring, B those up to 95 %, C the others; a product that crosses the line belongs to the upper
-- class. Products whose revenue is not above 0 are C, and have no share.
-- XYZ: the variation of the units of a month, their standard deviation divided by their mean, in the whole months of the
-- data from that of the first sale on; a month without a sale counts as 0 units. X is at most 0.5, Y at most 1, Z more.
-- Null for fewer than 3 such months, or without units above 0 in them: that would be a guess.
-- grain: product_id
-- from: mart_product_life, mart_product_monthly
with

life as (
    select * from mart_product_life
),

monthly as (
    select * from mart_product_monthly
),

summed as (
    select
        life.product_id,
        life.months,
        sum(cast(monthly.units as decimal(28, 6))) as units,
        sum(cast(monthly.units as decimal(28, 6)) * cast(monthly.units as decimal(28, 6))) as squares
    from life
    inner join monthly on life.product_id = monthly.product_id
    where
        monthly.month >= life.first_month
        and months_between(life.first_month, monthly.month) < life.months
        and life.months >= 3
    group by life.product_id, life.months
),

-- months² times the variance, and the same times the square of the mean: their ratio is the variation's square.
spread as (
    select
        product_id,
        safe_ratio(units, months) as units_per_month,
        months * squares - units * units as variance,
        units * units as mean_square
    from summed
    where units > 0
),

-- The root of 10,000 times as much has two digits more that are right.
varied as (
    select
        *,
        safe_ratio(cast(sqrt(safe_ratio(10000 * variance, mean_square)) as decimal(28, 6)), 100) as units_variation
    from spread
),

ranked as (
    select
        *,
        rank() over (order by revenue desc) as revenue_rank,
        case when revenue > 0 then revenue else 0 end as share
    from life
),

added as (
    select
        *,
        sum(share) over (
            order by revenue desc, product_id rows between unbounded preceding and current row
        ) as shares,
        sum(share) over () as total
    from ranked
),

final as (
    select
        added.product_id,
        added.product_name,
        added.category,
        added.units,
        added.revenue,
        added.revenue_rank,
        case when added.share > 0 then safe_ratio(added.share, added.total) end as revenue_share,
        case when added.share > 0 then safe_ratio(added.shares, added.total) end as cumulative_share,
        case
            when added.share <= 0 then 'C'
            when 5 * (added.shares - added.share) < 4 * added.total then 'A'
            when 20 * (added.shares - added.share) < 19 * added.total then 'B'
            else 'C'
        end as abc,
        added.months,
        varied.units_per_month,
        varied.units_variation,
        case
            when 4 * varied.variance <= varied.mean_square then 'X'
            when varied.variance <= varied.mean_square then 'Y'
            when varied.variance > varied.mean_square then 'Z'
        end as xyz
    from added
    left join varied on added.product_id = varied.product_id
)

select * from final
