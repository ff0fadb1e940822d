-- How the calendar months compare: the revenue of a calendar month in a year, on average over the years that have it whole,
-- divided by that of the mean calendar month. Months that the data begins or ends in do not count, and each calendar month
-- is divided by its own number of years: of three years and a half some months are there four times, others three times.
-- The index is null below two whole years of data, of which nobody can tell a season from a trend.
-- grain: calendar_month
-- from: mart_monthly_sales, mart_data_span
with

monthly as (
    select * from mart_monthly_sales
),

span as (
    select * from mart_data_span
),

calendar as (
    select 1 as calendar_month
    union all
    select 2 as calendar_month
    union all
    select 3 as calendar_month
    union all
    select 4 as calendar_month
    union all
    select 5 as calendar_month
    union all
    select 6 as calendar_month
    union all
    select 7 as calendar_month
    union all
    select 8 as calendar_month
    union all
    select 9 as calendar_month
    union all
    select 10 as calendar_month
    union all
    select 11 as calendar_month
    union all
    select 12 as calendar_month
),

sums as (
    select
        extract(month from monthly.month) as calendar_month,
        sum(monthly.revenue) as revenue
    from monthly
    cross join span
    where monthly.month >= span.first_whole_month and monthly.month <= span.last_whole_month
    group by extract(month from monthly.month)
),

-- The whole months from the first of a calendar month on, and 11 more: as many dozens as it has years.
counted as (
    select
        calendar.calendar_month,
        span.whole_months,
        coalesce(
            span.whole_months + 11 - mod(calendar.calendar_month + 12 - extract(month from span.first_whole_month), 12), 0
        ) as months,
        coalesce(sums.revenue, 0) as revenue
    from calendar
    cross join span
    left join sums on calendar.calendar_month = sums.calendar_month
),

averaged as (
    select
        calendar_month,
        whole_months,
        months - mod(months, 12) as dozens,
        revenue as whole_months_revenue,
        safe_ratio(12 * revenue, months - mod(months, 12)) as revenue_per_year
    from counted
),

final as (
    select
        calendar_month,
        cast(safe_ratio(dozens, 12) as bigint) as years,
        whole_months_revenue,
        revenue_per_year,
        case
            when whole_months >= 24 then safe_ratio(12 * revenue_per_year, sum(revenue_per_year) over ())
        end as seasonality_index
    from averaged
)

select * from final
