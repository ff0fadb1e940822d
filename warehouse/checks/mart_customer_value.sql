-- Each customer of the model stands in the mart once, with the same purchases, and figures keep to their bounds:
-- a probability between 0 and 1, a value that is not negative, no more at risk than there is.
with

sides as (
    select
        1 as expected,
        0 as seen,
        customer_id,
        purchases,
        last_day
    from customer_value
    union all
    select
        0 as expected,
        1 as seen,
        customer_id,
        purchases,
        last_day
    from mart_customer_value
    where
        coalesce(p_alive, 0) between 0 and 1
        and coalesce(expected_purchases, 0) >= 0
        and coalesce(clv, 0) >= 0
        and coalesce(value_at_risk, 0) between 0 and coalesce(clv, 0)
),

final as (
    select
        customer_id,
        purchases,
        last_day,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by customer_id, purchases, last_day
    having sum(expected) <> sum(seen)
)

select * from final
