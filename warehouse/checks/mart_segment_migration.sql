-- The customers and the money that left each segment are those that were in it, and those that arrived are in it now.
with

sides as (
    select
        'from' as side,
        1 as expected,
        segment,
        count(*) as customers,
        sum(monetary) as monetary
    from previous_rfm
    group by segment
    union all
    select
        'from' as side,
        0 as expected,
        from_segment as segment,
        sum(customers) as customers,
        sum(previous_monetary) as monetary
    from mart_segment_migration
    where from_segment <> 'not a customer'
    group by from_segment
    union all
    select
        'to' as side,
        1 as expected,
        segment,
        count(*) as customers,
        sum(monetary) as monetary
    from customer_rfm
    group by segment
    union all
    select
        'to' as side,
        0 as expected,
        to_segment as segment,
        sum(customers) as customers,
        sum(monetary) as monetary
    from mart_segment_migration
    where to_segment <> 'not a customer'
    group by to_segment
),

final as (
    select
        side,
        segment,
        customers,
        monetary,
        sum(expected) as expected,
        count(*) - sum(expected) as seen
    from sides
    group by side, segment, customers, monetary
    having sum(expected) <> count(*) - sum(expected)
)

select * from final
