-- How the calendar months of each category compare: as in mart_seasonality, by category. A category that is not sold in a
-- month has no revenue in it; the years are those of the data, however long the category is there.
-- grain: category, calendar_month
-- from: mart_category_monthly, mart_seasonality, mart_data_span
with

monthly as (
    select * from mart_category_monthly
),

seasons as (
    select * from mart_seasonality
),

span as (
    select * from mart_data_span
),

categories as (
    select distinct category from monthly
),

sums as (
    select
        monthly.category,
        extract(month from monthly.month) as calendar_month,
        sum(monthly.revenue) as revenue
    from monthly
    cross join span
    where monthly.month >= span.first_whole_month and monthly.month <= span.last_whole_month
    group by monthly.category, extract(month from monthly.month)
),

averaged as (
    select
        categories.category,
        seasons.calendar_month,
        seasons.years,
        span.whole_months,
        coalesce(sums.revenue, 0) as whole_months_revenue,
        safe_ratio(coalesce(sums.revenue, 0), seasons.years) as revenue_per_year
    from categories
    cross join seasons
    cross join span
    left join sums
        on
            categories.category is not distinct from sums.category
            and seasons.calendar_month = sums.calendar_month
),

final as (
    select
        category,
        calendar_month,
        years,
        whole_months_revenue,
        revenue_per_year,
        case
            when whole_months >= 24
                then safe_ratio(12 * revenue_per_year, sum(revenue_per_year) over (partition by category))
        end as seasonality_index
    from averaged
)

select * from final
