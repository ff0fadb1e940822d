-- The cohorts of a grain have all lines and all revenue of each month and each week; each cohort stands in its first period
-- with its size, and the sizes add up to the customers who bought.
with

days as (
    select
        sales_day,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from fct_sales
    group by sales_day
),

buyers as (
    select count(*) as customers
    from mart_customer_behavior
    where first_purchase_day is not null
),

expected as (
    select
        'month' as grain,
        month_of(sales_day) as period,
        sum(lines) as lines,
        sum(revenue) as revenue
    from days
    group by month_of(sales_day)
    union all
    select
        'week' as grain,
        week_of(sales_day) as period,
        sum(lines) as lines,
        sum(revenue) as revenue
    from days
    group by week_of(sales_day)
),

mart as (
    select
        grain,
        period,
        sum(lines) as lines,
        sum(revenue) as revenue
    from mart_cohort
    group by grain, period
),

sizes as (
    select
        grain,
        sum(customers) as customers
    from mart_cohort
    where cohort = period
    group by grain
),

grains as (
    select 'month' as grain
    union all
    select 'week' as grain
),

sides as (
    select
        1 as expected,
        0 as seen,
        grain,
        period,
        lines,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        grain,
        period,
        lines,
        revenue
    from mart
),

final as (
    select
        grain,
        period,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by grain, period, lines, revenue
    having sum(expected) <> sum(seen)
    union all
    select
        grains.grain,
        null as period,
        buyers.customers as expected,
        coalesce(sizes.customers, 0) as seen
    from grains
    cross join buyers
    left join sizes on grains.grain = sizes.grain
    where buyers.customers <> coalesce(sizes.customers, 0)
    union all
    select
        grain,
        period,
        cohort_customers as expected,
        customers as seen
    from mart_cohort
    where
        (cohort = period and (customers <> cohort_customers or retention <> 1))
        or customers > cohort_customers
        or (period < cohort and customers > 0)
)

select * from final
