-- Every sold line with its names beside it. The place is the order's own address, else the customer's.
-- grain: sale_id
-- kind: view
with

sales as (
    select * from fct_sales
),

customers as (
    select * from dim_customer
),

products as (
    select * from dim_product
),

stores as (
    select * from dim_store
),

employees as (
    select * from dim_employee
),

locations as (
    select * from dim_location
),

final as (
    select
        sales.sale_id,
        sales.order_id,
        sales.sold_at,
        sales.sales_day,
        extract(year from sales.sales_day) as year,
        extract(month from sales.sales_day) as month,
        extract(day from sales.sales_day) as day,
        extract(hour from sales.sold_at) as hour,
        sales.employee_id,
        employees.employee_name,
        sales.customer_id,
        customers.customer_name,
        customers.segment,
        sales.product_id,
        products.product_name,
        products.brand,
        products.category,
        products.subcategory,
        sales.store_id,
        stores.store_name,
        sales.channel,
        case when sales.location_id is null then customers.city else locations.city end as city,
        case when sales.location_id is null then customers.state else locations.state end as state,
        case when sales.location_id is null then customers.country else locations.country end as country,
        locations.region,
        sales.quantity,
        sales.currency,
        sales.unit_price,
        sales.discount_rate,
        sales.net_amount_base + to_base(sales.discount_amount, sales.fx_rate) as gross_amount_base,
        sales.net_amount_base,
        sales.cost_amount_base,
        sales.net_amount_base - sales.cost_amount_base as profit_base,
        sales.is_return
    from sales
    left join customers on sales.customer_id = customers.customer_id
    left join products on sales.product_id = products.product_id
    left join stores on sales.store_id = stores.store_id
    left join employees on sales.employee_id = employees.employee_id
    left join locations on sales.location_id = locations.location_id
)

select * from final
