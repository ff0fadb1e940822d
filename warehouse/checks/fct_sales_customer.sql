-- Every customer_id of a sale is in dim_customer.
-- needs: dim_customer.customer_id
with

ids as (
    select
        customer_id,
        count(*) as lines,
        min(sales_day) as first_day
    from fct_sales
    where customer_id is not null
    group by customer_id
),

final as (
    select
        ids.customer_id as expected,
        dim_customer.customer_id as seen,
        ids.lines,
        ids.first_day
    from ids
    left join dim_customer on ids.customer_id = dim_customer.customer_id
    where dim_customer.customer_id is null
)

select * from final
