-- Every product_id of a sale is in dim_product.
-- needs: dim_product.product_id
with

final as (
    select
        fct_sales.product_id as expected,
        dim_product.product_id as seen,
        count(*) as lines,
        min(fct_sales.sale_id) as first_sale_id
    from fct_sales
    left join dim_product on fct_sales.product_id = dim_product.product_id
    where fct_sales.product_id is not null and dim_product.product_id is null
    group by fct_sales.product_id, dim_product.product_id
)

select * from final
