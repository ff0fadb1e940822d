-- No dimension has a key twice, which would double the sales of that key in every join.
with

keys as (
    select
        'dim_customer' as dimension,
        cast(customer_id as string) as key_value
    from dim_customer
    union all
    select
        'dim_product' as dimension,
        cast(product_id as string) as key_value
    from dim_product
    union all
    select
        'dim_store' as dimension,
        cast(store_id as string) as key_value
    from dim_store
    union all
    select
        'dim_employee' as dimension,
        cast(employee_id as string) as key_value
    from dim_employee
    union all
    select
        'dim_location' as dimension,
        cast(location_id as string) as key_value
    from dim_location
    union all
    select
        'dim_rate' as dimension,
        concat(cast(rate_day as string), ' ', currency) as key_value
    from dim_rate
),

final as (
    select
        dimension,
        key_value,
        1 as expected,
        count(*) as seen
    from keys
    group by dimension, key_value
    having count(*) > 1
)

select * from final
