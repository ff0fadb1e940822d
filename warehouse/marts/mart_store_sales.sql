-- Sales of each store, those that never sold included.
-- grain: store_id
-- needs: fct_sales.store_id
with

sales as (
    select * from fct_sales
),

stores as (
    select * from dim_store
),

sold as (
    select
        store_id,
        count(distinct case when not is_return then order_id end) as orders,
        count(*) as lines,
        count(distinct case when not is_return then customer_id end) as buyers,
        sum(quantity) as units,
        sum(net_amount_base) as revenue,
        sum(cost_amount_base) as cost,
        sum(net_amount_base - cost_amount_base) as profit,
        sum(case when cost_amount_base is not null then net_amount_base end) as revenue_with_cost
    from sales
    group by store_id
),

final as (
    select
        coalesce(sold.store_id, stores.store_id) as store_id,
        stores.store_name,
        stores.city,
        stores.state,
        stores.country,
        stores.square_meters,
        stores.open_day,
        extract(year from stores.open_day) as open_year,
        coalesce(sold.orders, 0) as orders,
        coalesce(sold.lines, 0) as lines,
        coalesce(sold.buyers, 0) as buyers,
        sold.units,
        coalesce(sold.revenue, 0) as revenue,
        sold.cost,
        sold.profit,
        safe_ratio(sold.profit, sold.revenue_with_cost) as margin,
        safe_ratio(sold.revenue, sold.orders) as average_order_value,
        safe_ratio(coalesce(sold.revenue, 0), stores.square_meters) as revenue_per_square_meter,
        rank() over (order by coalesce(sold.revenue, 0) desc) as revenue_rank
    from sold
    full join stores on sold.store_id = stores.store_id
)

select * from final
