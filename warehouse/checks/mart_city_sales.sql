-- Each city stands in the mart once, with the lines and the revenue of its sales.
with

fact as (
    select
        customer_id,
        location_id,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from fct_sales
    group by customer_id, location_id
),

-- One row a key: a key that stood twice would add its sales twice on both sides.
customers as (
    select
        customer_id,
        max(city) as city,
        max(state) as state,
        max(country) as country
    from dim_customer
    group by customer_id
),

locations as (
    select
        location_id,
        max(city) as city,
        max(state) as state,
        max(country) as country
    from dim_location
    group by location_id
),

named as (
    select
        case when fact.location_id is null then customers.city else locations.city end as city,
        case when fact.location_id is null then customers.state else locations.state end as state,
        case when fact.location_id is null then customers.country else locations.country end as country,
        fact.lines,
        fact.revenue
    from fact
    left join customers on fact.customer_id = customers.customer_id
    left join locations on fact.location_id = locations.location_id
),

expected as (
    select
        city,
        state,
        country,
        sum(lines) as lines,
        sum(revenue) as revenue
    from named
    group by city, state, country
),

sides as (
    select
        1 as expected,
        0 as seen,
        city,
        state,
        country,
        lines,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        city,
        state,
        country,
        lines,
        revenue
    from mart_city_sales
),

final as (
    select
        city,
        state,
        country,
        lines,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by city, state, country, lines, revenue
    having sum(expected) <> sum(seen)
)

select * from final
