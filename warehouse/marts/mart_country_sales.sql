-- Sales to each country, by the order’s own address, else the customer’s.
-- grain: country
-- needs: dim_location.country | dim_customer.country
with

sales as (
    select * from fct_sales
),

customers as (
    select * from dim_customer
),

locations as (
    select * from dim_location
),

named as (
    select
        case when sales.location_id is null then customers.country else locations.country end as country,
        sales.*
    from sales
    left join customers on sales.customer_id = customers.customer_id
    left join locations on sales.location_id = locations.location_id
),

grouped as (
    select
        country,
        count(distinct case when not is_return then order_id end) as orders,
        count(*) as lines,
        count(distinct case when not is_return then customer_id end) as buyers,
        sum(quantity) as units,
        sum(net_amount_base) as revenue,
        sum(cost_amount_base) as cost,
        sum(net_amount_base - cost_amount_base) as profit,
        sum(case when cost_amount_base is not null then net_amount_base end) as revenue_with_cost
    from named
    group by country
),

final as (
    select
        country,
        orders,
        lines,
        buyers,
        units,
        revenue,
        cost,
        profit,
        safe_ratio(profit, revenue_with_cost) as margin,
        safe_ratio(revenue, orders) as average_order_value,
        safe_ratio(revenue, sum(revenue) over ()) as revenue_share
    from grouped
)

select * from final
