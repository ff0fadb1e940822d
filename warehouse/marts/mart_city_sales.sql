-- Sales to each city, by the order’s own address, else the customer’s: a city is its name, state and country.
-- grain: city, state, country
-- needs: dim_location.city | dim_customer.city
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
        case when sales.location_id is null then customers.city else locations.city end as city,
        case when sales.location_id is null then customers.state else locations.state end as state,
        case when sales.location_id is null then customers.country else locations.country end as country,
        sales.*
    from sales
    left join customers on sales.customer_id = customers.customer_id
    left join locations on sales.location_id = locations.location_id
),

grouped as (
    select
        city,
        state,
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
    group by city, state, country
),

final as (
    select
        city,
        state,
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
