-- Every store_id of a sale is in dim_store.
-- needs: dim_store.store_id
with

final as (
    select
        fct_sales.store_id as expected,
        dim_store.store_id as seen,
        count(*) as lines,
        min(fct_sales.sale_id) as first_sale_id
    from fct_sales
    left join dim_store on fct_sales.store_id = dim_store.store_id
    where fct_sales.store_id is not null and dim_store.store_id is null
    group by fct_sales.store_id, dim_store.store_id
)

select * from final
