-- A sale_id stands once, on whatever day.
with

final as (
    select
        sale_id,
        1 as expected,
        count(*) as seen
    from fct_sales
    group by sale_id
    having count(*) > 1
)

select * from final
