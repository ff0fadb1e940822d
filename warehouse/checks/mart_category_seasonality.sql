-- Each category has twelve months, whose revenue is that of its whole months.
with

span as (
    select * from mart_data_span
),

monthly as (
    select
        months.category,
        extract(month from months.month) as calendar_month,
        case when months.month between span.first_whole_month and span.last_whole_month then months.revenue else 0 end
            as revenue
    from mart_category_monthly as months
    cross join span
),

expected as (
    select
        category,
        sum(revenue) as revenue,
        12 as months
    from monthly
    group by category
),

mart as (
    select
        category,
        sum(whole_months_revenue) as revenue,
        count(distinct calendar_month) * case when count(*) = 12 then 1 else 0 end as months
    from mart_category_seasonality
    group by category
),

-- What all categories bring in a calendar month is what the shop does.
shop as (
    select
        calendar_month,
        sum(whole_months_revenue) as revenue
    from mart_category_seasonality
    group by calendar_month
),

sides as (
    select
        1 as expected,
        0 as seen,
        category,
        months,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        category,
        months,
        revenue
    from mart
    union all
    select
        1 as expected,
        0 as seen,
        'all' as category,
        calendar_month as months,
        whole_months_revenue as revenue
    from mart_seasonality
    union all
    select
        0 as expected,
        1 as seen,
        'all' as category,
        calendar_month as months,
        revenue
    from shop
),

final as (
    select
        category,
        months,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by category, months, revenue
    having sum(expected) <> sum(seen)
)

select * from final
