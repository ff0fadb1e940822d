-- The buckets add up to all customers, their purchases and their spending, to the last digit; and a total is said to be
-- inside its band if it is.
with

sides as (
    select
        1 as expected,
        0 as seen,
        sum(customers) as customers,
        sum(actual_purchases) as purchases,
        sum(actual_value) as value
    from mart_value_holdout
    where bucket <> 'all'
    union all
    select
        0 as expected,
        1 as seen,
        sum(customers) as customers,
        sum(actual_purchases) as purchases,
        sum(actual_value) as value
    from mart_value_holdout
    where
        bucket = 'all'
        and is_purchases_inside = (actual_purchases between purchases_low and purchases_high)
        and coalesce(is_value_inside = (actual_value between value_low and value_high), true)
),

final as (
    select
        customers,
        purchases,
        value,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by customers, purchases, value
    having sum(expected) <> sum(seen)
)

select * from final
