-- Sales of each category of products in each month.
-- grain: category, month
-- needs: dim_product.category
with

sales as (
    select * from fct_sales
),

products as (
    select * from dim_product
),

named as (
    select
        products.category,
        month_of(sales.sales_day) as month,
        sales.*
    from sales
    left join products on sales.product_id = products.product_id
),

final as (
    select
        category,
        month,
        count(distinct case when not is_return then order_id end) as orders,
        count(*) as lines,
        sum(quantity) as units,
        sum(net_amount_base) as revenue,
        sum(cost_amount_base) as cost,
        sum(net_amount_base - cost_amount_base) as profit
    from named
    group by category, month
)

select * from final
