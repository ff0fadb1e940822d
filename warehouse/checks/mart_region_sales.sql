-- Each region stands in the mart once, with the lines and the revenue of its sales.
with

fact as (
    select
        location_id,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from fct_sales
    group by location_id
),

-- One row a key: a key that stood twice would add its sales twice on both sides.
names as (
    select
        location_id,
        max(region) as region
    from dim_location
    group by location_id
),

expected as (
    select
        names.region,
        sum(fact.lines) as lines,
        sum(fact.revenue) as revenue
    from fact
    left join names on fact.location_id = names.location_id
    group by names.region
),

sides as (
    select
        1 as expected,
        0 as seen,
        region,
        lines,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        region,
        lines,
        revenue
    from mart_region_sales
),

final as (
    select
        region,
        lines,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by region, lines, revenue
    having sum(expected) <> sum(seen)
)

select * from final
