-- Every product_id of a sale is in dim_product.
-- needs: dim_product.product_id
with

ids as (
    select
        product_id,
        count(*) as lines,
        min(sales_day) as first_day
    from fct_sales
    where product_id is not null
    group by product_id
),

final as (
    select
        ids.product_id as expected,
        dim_product.product_id as seen,
        ids.lines,
        ids.first_day
    from ids
    left join dim_product on ids.product_id = dim_product.product_id
    where dim_product.product_id is null
)

select * from final
