-- Each month of a first purchase stands in the mart once, with its customers and how many of them came on another day.
with

expected as (
    select
        month_of(first_purchase_day) as cohort,
        count(*) as customers,
        sum(case when first_purchase_day < last_purchase_day then 1 else 0 end) as repeat_customers
    from mart_customer_behavior
    where first_purchase_day is not null
    group by month_of(first_purchase_day)
),

sides as (
    select
        1 as expected,
        0 as seen,
        cohort,
        customers,
        repeat_customers
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        cohort,
        customers,
        repeat_customers
    from mart_repeat_rate
),

final as (
    select
        cohort,
        customers,
        repeat_customers,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by cohort, customers, repeat_customers
    having sum(expected) <> sum(seen)
)

select * from final
