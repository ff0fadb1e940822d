-- A sale_id stands once, on whatever day.
with

-- Counting is cheap, and tells whether it is worth looking for them.
counts as (
    select
        count(*) as lines,
        count(distinct sale_id) as sale_ids
    from fct_sales
),

final as (
    select
        fct_sales.sale_id,
        1 as expected,
        count(*) as seen
    from fct_sales
    cross join counts
    where counts.sale_ids < counts.lines
    group by fct_sales.sale_id
    having count(*) > 1
)

select * from final
