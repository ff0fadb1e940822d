-- Sales to each country, by the order’s own address, else the customer’s.
-- grain: country
-- needs: dim_location.country | dim_customer.country
with

sales as (
    select * from fct_sales
),

addresses as (
    select
        customer_id,
        null as location_id,
        country
    from dim_customer
    union all
    select
        null as customer_id,
        location_id,
        country
    from dim_location
),

-- Lines are grouped by a number, which is cheaper than by names; no name at all has no number.
places as (
    select
        *,
        dense_rank() over (order by country) as place
    from addresses
    where country is not null
),

names as (
    select distinct
        place,
        country
    from places
),

placed as (
    select
        case when sales.location_id is null then customers.place else locations.place end as place,
        sales.*
    from sales
    left join places as customers on sales.customer_id = customers.customer_id
    left join places as locations on sales.location_id = locations.location_id
),

grouped as (
    select
        place,
        count(distinct case when not is_return then order_id end) as orders,
        count(*) as lines,
        count(distinct case when not is_return then customer_id end) as buyers,
        sum(quantity) as units,
        sum(net_amount_base) as revenue,
        sum(cost_amount_base) as cost,
        sum(net_amount_base - cost_amount_base) as profit,
        sum(case when cost_amount_base is not null then net_amount_base end) as revenue_with_cost
    from placed
    group by place
),

final as (
    select
        names.country,
        grouped.orders,
        grouped.lines,
        grouped.buyers,
        grouped.units,
        grouped.revenue,
        grouped.cost,
        grouped.profit,
        safe_ratio(grouped.profit, grouped.revenue_with_cost) as margin,
        safe_ratio(grouped.revenue, grouped.orders) as average_order_value,
        safe_ratio(grouped.revenue, sum(grouped.revenue) over ()) as revenue_share
    from grouped
    left join names on grouped.place = names.place
)

select * from final
