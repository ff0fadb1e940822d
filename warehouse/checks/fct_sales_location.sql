-- Every location_id of a sale is in dim_location.
-- needs: fct_sales.location_id
with

ids as (
    select
        location_id,
        count(*) as lines,
        min(sales_day) as first_day
    from fct_sales
    where location_id is not null
    group by location_id
),

final as (
    select
        ids.location_id as expected,
        dim_location.location_id as seen,
        ids.lines,
        ids.first_day
    from ids
    left join dim_location on ids.location_id = dim_location.location_id
    where dim_location.location_id is null
)

select * from final
