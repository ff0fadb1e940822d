-- Retention and revenue of customers by the month, and by the week, of their first purchase: a row a cohort and period from
-- the first purchase on in which the shop has a line, also where none of the cohort came back.
-- Retention is the share of the cohort's customers who bought something in the period; an order that two customers share
-- counts for both. Who only gave back belongs to the cohort null, and what was given back before the first purchase stands
-- in a period before it, so that all revenue is there. A period or cohort is complete if the data has all its days; the
-- cohort of the first period has all who bought before the data begins.
-- grain: grain, cohort, period
-- needs: cohort_activity.cohort
-- from: mart_data_span
with

activity as (
    select * from cohort_activity
),

span as (
    select * from mart_data_span
),

periods as (
    select
        activity.grain,
        activity.period,
        case
            when activity.grain = 'week'
                then activity.period >= span.first_day and activity.period + 6 <= span.last_day
            else coalesce(activity.period >= span.first_whole_month and activity.period <= span.last_whole_month, false)
        end as is_complete
    from activity
    cross join span
    group by activity.grain, activity.period, span.first_day, span.last_day, span.first_whole_month, span.last_whole_month
),

cohorts as (
    select
        activity.grain,
        activity.cohort,
        activity.customers as cohort_customers,
        periods.is_complete as is_complete_cohort
    from activity
    inner join periods on activity.grain = periods.grain and activity.cohort = periods.period
    where activity.cohort = activity.period
),

places as (
    select
        cohorts.grain,
        cohorts.cohort,
        periods.period,
        cohorts.cohort_customers,
        cohorts.is_complete_cohort,
        periods.is_complete
    from cohorts
    inner join periods on cohorts.grain = periods.grain and cohorts.cohort <= periods.period
    union all
    select
        activity.grain,
        activity.cohort,
        activity.period,
        cohorts.cohort_customers,
        cohorts.is_complete_cohort,
        periods.is_complete
    from activity
    inner join periods on activity.grain = periods.grain and activity.period = periods.period
    left join cohorts on activity.grain = cohorts.grain and activity.cohort = cohorts.cohort
    where activity.cohort is null or activity.period < activity.cohort
),

filled as (
    select
        places.*,
        coalesce(activity.customers, 0) as customers,
        coalesce(activity.orders, 0) as orders,
        coalesce(activity.lines, 0) as lines,
        coalesce(activity.revenue, 0) as revenue
    from places
    left join activity
        on
            places.grain = activity.grain
            and places.cohort is not distinct from activity.cohort
            and places.period = activity.period
),

final as (
    select
        grain,
        cohort,
        period,
        case
            when grain = 'week' then cast(safe_ratio(days_between(cohort, period), 7) as bigint)
            else months_between(cohort, period)
        end as periods_since,
        cohort_customers,
        customers,
        safe_ratio(customers, cohort_customers) as retention,
        orders,
        lines,
        revenue,
        sum(revenue) over (
            partition by grain, cohort order by period rows between unbounded preceding and current row
        ) as revenue_so_far,
        is_complete,
        is_complete_cohort
    from filled
)

select * from final
