-- Every customer_id of a sale is in dim_customer.
-- needs: dim_customer.customer_id
with

final as (
    select
        fct_sales.customer_id as expected,
        dim_customer.customer_id as seen,
        count(*) as lines,
        min(fct_sales.sale_id) as first_sale_id
    from fct_sales
    left join dim_customer on fct_sales.customer_id = dim_customer.customer_id
    where fct_sales.customer_id is not null and dim_customer.customer_id is null
    group by fct_sales.customer_id, dim_customer.customer_id
)

select * from final
