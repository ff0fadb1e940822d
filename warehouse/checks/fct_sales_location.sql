-- Every location_id of a sale is in dim_location.
-- needs: fct_sales.location_id
with

final as (
    select
        fct_sales.location_id as expected,
        dim_location.location_id as seen,
        count(*) as lines,
        min(fct_sales.sale_id) as first_sale_id
    from fct_sales
    left join dim_location on fct_sales.location_id = dim_location.location_id
    where fct_sales.location_id is not null and dim_location.location_id is null
    group by fct_sales.location_id, dim_location.location_id
)

select * from final
