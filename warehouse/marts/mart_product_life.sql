-- Since when each product is sold, whether it is new, and in how many of its months somebody bought it.
-- A product is new if its first sale is within the last 90 days of the data but not within the first 90, when products
-- from before the data come up for the first time as well; all others are established, and data of 90 days or fewer tells
-- nothing of either. Months are the whole months of the data from that of the first sale on, and consistency is the share
-- of them in which the product was bought; both are null where there are none.
-- grain: product_id
-- from: mart_product_monthly, mart_data_span
with

monthly as (
    select * from mart_product_monthly
),

span as (
    select * from mart_data_span
),

products as (
    select * from dim_product
),

sold as (
    select
        product_id,
        sum(lines) as lines,
        sum(units) as units,
        sum(units_last_90_days) as units_last_90_days,
        sum(revenue) as revenue,
        min(first_sold_day) as first_sold_day,
        max(last_sold_day) as last_sold_day
    from monthly
    group by product_id
),

dated as (
    select
        sold.*,
        span.first_day,
        span.last_day,
        span.last_whole_month,
        case
            when month_of(sold.first_sold_day) < span.first_whole_month then span.first_whole_month
            when month_of(sold.first_sold_day) <= span.last_whole_month then month_of(sold.first_sold_day)
        end as first_month
    from sold
    cross join span
),

bought as (
    select
        dated.product_id,
        count(*) as months_sold
    from dated
    inner join monthly on dated.product_id = monthly.product_id
    where
        monthly.lines_sold > 0
        and monthly.month >= dated.first_month
        and monthly.month <= dated.last_whole_month
    group by dated.product_id
),

counted as (
    select
        dated.*,
        months_between(dated.first_month, dated.last_whole_month) + 1 as months,
        case when dated.first_month is not null then coalesce(bought.months_sold, 0) end as months_sold
    from dated
    left join bought on dated.product_id = bought.product_id
),

final as (
    select
        counted.product_id,
        products.product_name,
        products.category,
        counted.lines,
        counted.units,
        counted.units_last_90_days,
        counted.revenue,
        counted.first_sold_day,
        counted.last_sold_day,
        case
            when days_between(counted.first_day, counted.last_day) < 90 then null
            when
                days_between(counted.first_sold_day, counted.last_day) < 90
                and days_between(counted.first_day, counted.first_sold_day) >= 90
                then 'new'
            else 'established'
        end as product_age,
        counted.first_month,
        counted.months,
        counted.months_sold,
        safe_ratio(counted.months_sold, counted.months) as consistency
    from counted
    left join products on counted.product_id = products.product_id
)

select * from final
