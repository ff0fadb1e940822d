-- From which segment of the publication before to which one of now how many customers have gone. Who is new comes from
-- 'not a customer', and who is gone goes there.
-- grain: from_segment, to_segment
-- needs: customer_rfm.segment, previous_rfm.segment
with

before as (
    select * from previous_rfm
),

now as (
    select * from customer_rfm
),

joined as (
    select
        coalesce(before.segment, 'not a customer') as from_segment,
        coalesce(now.segment, 'not a customer') as to_segment,
        coalesce(before.monetary, 0) as previous_monetary,
        coalesce(now.monetary, 0) as monetary
    from before
    full outer join now on before.customer_id = now.customer_id
),

final as (
    select
        from_segment,
        to_segment,
        count(*) as customers,
        sum(previous_monetary) as previous_monetary,
        sum(monetary) as monetary
    from joined
    group by from_segment, to_segment
)

select * from final
