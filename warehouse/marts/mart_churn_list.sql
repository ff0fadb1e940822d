-- The thousand customers with the most value at risk, the most first: those whom it is most worth to write to now.
-- At risk is (1 − p_alive) × clv, which is greatest where it is open whether a customer has left; whoever certainly left
-- is worth nothing any more, and whoever certainly did not needs no letter. One-time buyers are in no such list.
-- grain: customer_id
-- needs: customer_value.value_at_risk
with

figures as (
    select * from customer_value
    where value_at_risk > 0
),

customers as (
    select * from dim_customer
),

places as (
    select
        *,
        row_number() over (order by value_at_risk desc, customer_id) as place
    from figures
),

final as (
    select
        places.place,
        places.customer_id,
        customers.customer_name,
        places.value_at_risk,
        places.clv,
        places.p_alive,
        places.expected_value,
        places.purchases,
        places.last_day,
        places.days_since,
        places.median_gap,
        places.overdue,
        case
            when places.overdue >= 5 then 'far later than usual'
            when places.overdue >= 3 then 'later than usual'
            when places.overdue > 1 then 'a little late'
            when places.overdue is not null then 'in time, but others alike have left'
            else 'too few purchases for a rhythm of their own'
        end as reason
    from places
    left join customers on places.customer_id = customers.customer_id
    where places.place <= 1000
)

select * from final
