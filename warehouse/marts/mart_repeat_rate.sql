-- How many customers came back at all, by the month of their first purchase. A repeat customer has bought on two days or
-- more; the repeat rate is their share. Customers of late months have had less time to come back.
-- grain: cohort
-- from: mart_customer_behavior
with

customers as (
    select * from mart_customer_behavior
    where first_purchase_day is not null
),

grouped as (
    select
        month_of(first_purchase_day) as cohort,
        count(*) as customers,
        count(case when purchase_days > 1 then 1 end) as repeat_customers,
        sum(purchase_days) as purchase_days,
        sum(total_spent) as total_spent
    from customers
    group by month_of(first_purchase_day)
),

final as (
    select
        cohort,
        customers,
        repeat_customers,
        safe_ratio(repeat_customers, customers) as repeat_rate,
        safe_ratio(purchase_days, customers) as purchase_days_per_customer,
        safe_ratio(total_spent, customers) as spent_per_customer
    from grouped
)

select * from final
