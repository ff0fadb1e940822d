-- What each customer is worth, how sure it is that they still come, and whether they are late by their own rhythm.
-- Figures of models are floats, and null where a model was refused: value_model says why.
-- grain: customer_id
-- needs: customer_value.customer_id
-- kind: view
with

figures as (
    select * from customer_value
),

customers as (
    select * from dim_customer
),

final as (
    select
        figures.customer_id,
        customers.customer_name,
        figures.purchases,
        figures.last_day,
        figures.days_since,
        figures.median_gap,
        figures.overdue,
        figures.p_alive,
        figures.expected_purchases,
        figures.expected_value,
        figures.clv,
        figures.value_at_risk
    from figures
    left join customers on figures.customer_id = customers.customer_id
)

select * from final
