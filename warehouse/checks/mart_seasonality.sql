-- There are twelve months; those with sales have the revenue of their whole months, day by day, and their years together are
-- all whole months of the data.
with

expected as (
    select
        extract(month from days.sales_day) as calendar_month,
        sum(days.revenue) as revenue
    from mart_daily_sales as days
    cross join mart_data_span as span
    where months_between(span.first_whole_month, days.sales_day) between 0 and span.whole_months - 1
    group by extract(month from days.sales_day)
),

sides as (
    select
        1 as expected,
        0 as seen,
        calendar_month,
        revenue
    from expected
    where revenue <> 0
    union all
    select
        0 as expected,
        1 as seen,
        calendar_month,
        whole_months_revenue as revenue
    from mart_seasonality
    where whole_months_revenue <> 0
),

differing as (
    select
        calendar_month,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by calendar_month, revenue
    having sum(expected) <> sum(seen)
),

counted as (
    select
        count(*) as months,
        count(distinct calendar_month) as different_months,
        sum(years) as years
    from mart_seasonality
),

final as (
    select
        calendar_month,
        revenue,
        expected,
        seen
    from differing
    union all
    select
        null as calendar_month,
        null as revenue,
        12 as expected,
        case when counted.months <> 12 then counted.months else counted.different_months end as seen
    from counted
    cross join mart_data_span
    where counted.months <> 12 or counted.different_months <> 12
    union all
    select
        null as calendar_month,
        null as revenue,
        span.whole_months as expected,
        counted.years as seen
    from counted
    cross join mart_data_span as span
    where counted.years <> span.whole_months
)

select * from final
