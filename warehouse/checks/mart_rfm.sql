-- Each customer stands in the mart once, with the segment, its action and the money of customer_rfm.
with

-- One row a key: a key that stood twice would be twice on both sides.
actions as (
    select
        segment,
        max(action) as action
    from rfm_segment
    group by segment
),

expected as (
    select
        customer_rfm.customer_id,
        customer_rfm.monetary,
        actions.action
    from customer_rfm
    left join actions on customer_rfm.segment = actions.segment
),

sides as (
    select
        1 as expected,
        0 as seen,
        customer_id,
        monetary,
        action
    from expected
    where action is not null
    union all
    select
        0 as expected,
        1 as seen,
        customer_id,
        monetary,
        action
    from mart_rfm
),

final as (
    select
        customer_id,
        monetary,
        action,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by customer_id, monetary, action
    having sum(expected) <> sum(seen)
)

select * from final
