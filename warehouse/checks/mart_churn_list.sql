-- The list has the customers with the most at risk and no others, each with what is at risk of theirs, in that order.
with

ranked as (
    select
        customer_id,
        value_at_risk,
        row_number() over (order by value_at_risk desc, customer_id) as place
    from customer_value
    where value_at_risk > 0
),

sides as (
    select
        1 as expected,
        0 as seen,
        place,
        customer_id,
        value_at_risk
    from ranked
    where place <= 1000
    union all
    select
        0 as expected,
        1 as seen,
        place,
        customer_id,
        value_at_risk
    from mart_churn_list
),

final as (
    select
        place,
        customer_id,
        value_at_risk,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by place, customer_id, value_at_risk
    having sum(expected) <> sum(seen)
)

select * from final
