-- Every store_id of a sale is in dim_store.
-- needs: dim_store.store_id
with

ids as (
    select
        store_id,
        count(*) as lines,
        min(sales_day) as first_day
    from fct_sales
    where store_id is not null
    group by store_id
),

final as (
    select
        ids.store_id as expected,
        dim_store.store_id as seen,
        ids.lines,
        ids.first_day
    from ids
    left join dim_store on ids.store_id = dim_store.store_id
    where dim_store.store_id is null
)

select * from final
