-- Sales of each product that was sold or taken back.
-- grain: product_id
with

sales as (
    select * from fct_sales
),

products as (
    select * from dim_product
),

sold as (
    select
        product_id,
        count(distinct case when not is_return then order_id end) as orders,
        count(*) as lines,
        count(distinct case when not is_return then customer_id end) as buyers,
        sum(quantity) as units,
        sum(net_amount_base) as revenue,
        sum(cost_amount_base) as cost,
        sum(net_amount_base - cost_amount_base) as profit,
        sum(case when cost_amount_base is not null then net_amount_base end) as revenue_with_cost,
        min(case when not is_return then sales_day end) as first_sold_day,
        max(case when not is_return then sales_day end) as last_sold_day
    from sales
    group by product_id
),

final as (
    select
        sold.product_id,
        products.product_name,
        products.category,
        products.subcategory,
        products.brand,
        sold.orders,
        sold.lines,
        sold.buyers,
        sold.units,
        sold.revenue,
        sold.cost,
        sold.profit,
        safe_ratio(sold.profit, sold.revenue_with_cost) as margin,
        sold.first_sold_day,
        sold.last_sold_day,
        rank() over (order by sold.revenue desc) as revenue_rank
    from sold
    left join products on sold.product_id = products.product_id
)

select * from final
